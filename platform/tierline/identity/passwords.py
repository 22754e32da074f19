"""Which passwords are good enough: long, and not among the first that an attacker tries.

Any characters are allowed and nothing is cut off. Rules of composition are left out on purpose:
they make passwords harder for people, not for attackers (OWASP ASVS 5.0, 6.2).
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import Any, Literal

from flask_babel import gettext
from flask_security import PasswordUtil, hash_password

from tierline.errors import Invalid

SHORTEST = 10
LONGEST = 256
NORMAL_FORM: Literal["NFKD"] = "NFKD"  # as Flask-Security's forms do

# The first of the common passwords with ten characters or more; shorter ones are refused anyway.
COMMON_TEXT = """
0000000000 0123456789 0987654321 1029384756 1111111111 11111111111 1112223334 1122334455
1223334444 1234567890 12345678900 12345678910 12345678901 123456789a 123456789q 123456789abc
1234567891 123123123123 123321123321 123qweasdzxc 147258369a 1q2w3e4r5t 1q2w3e4r5t6y
1qaz2wsx3edc 1qazxsw23edc 2222222222 5555555555 6666666666 7777777777 8888888888 9876543210
9999999999 aaaaaaaaaa abc1234567 abcd123456 abcd1234567 abcdefghij administrator admin12345
admin123456 asd123456789 asdf123456 asdfghjkl1 asdfghjkl123 baseball123 basketball bismillah1
changeme123 chocolate1 computer123 dragon1234 football12 football123 iloveyou12 iloveyou123
iloveyou1314 letmein123 liverpool1 mypassword myspace123 p@ssw0rd123 passw0rd123 password01
password10 password11 password12 password123 password1234 password12345 passwordpassword
princess12 princess123 q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedc123 qazwsxedcrfv qq123456789
qwe123456789
qweasdzxc123 qwer123456 qwerty1234 qwerty12345 qwerty123456 qwertyuiop qwertyuiop1
qwertyuiop123 secret12345 sunshine12 sunshine123 superman12 superman123 testtest12 testtest123
trustno1trustno1 welcome123 welcome1234 woaini1314 woaini520520 woaini521521 zaq12wsxcde3
zxcvbnm123 zxcvbnm1234 zxcvbnmasdf
"""
COMMON = frozenset(COMMON_TEXT.split())
CONTEXT = ("tierline",)


def problem_with(password: str, *words: str) -> str | None:
    """Return why the password is not good enough, or None; `words` are the person's own."""
    if len(password) < SHORTEST:
        return str(gettext("A password needs at least %(number)s characters.", number=SHORTEST))
    if len(password) > LONGEST:
        return str(gettext("A password has at most %(number)s characters.", number=LONGEST))
    plain = password.casefold()
    if plain in COMMON or len(set(plain)) < 4:
        return str(gettext("This password is one of the first that somebody would try."))
    rest = plain
    for word in (*CONTEXT, *_parts(words)):
        rest = rest.replace(word, "")
    if len(rest) < SHORTEST // 2:
        return str(gettext("The password must not be made of your name, your e-mail or ours."))
    return None


def _parts(words: tuple[str, ...]) -> list[str]:
    parts = {part for word in words for part in word.casefold().replace("@", " ").split()}
    return sorted((part for part in parts if len(part) >= 3), key=len, reverse=True)


def checked_hash(password: str, *words: str) -> str:
    """Return the argon2id hash of a good password; raises Invalid."""
    normal = unicodedata.normalize(NORMAL_FORM, password)
    problem = problem_with(normal, *words)
    if problem:
        raise Invalid(problem, fields={"password": [problem]})
    return str(hash_password(normal))


def random_password() -> str:
    """Return a password of 120 random bits."""
    return secrets.token_urlsafe(15)


class PasswordRules(PasswordUtil):
    """Flask-Security's forms ask here."""

    def validate(
        self, password: str, is_register: bool, **about: Any
    ) -> tuple[list[str] | None, str]:
        """Return what is wrong, if anything, and the normalised password."""
        normal = self.normalize(password)
        user = about.get("user")
        words = (user.email, user.name) if user else ()
        problem = problem_with(normal, *words)
        return ([problem] if problem else None), normal
