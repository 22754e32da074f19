"""The style guide as a little application of its own: the frame's real parts, no database."""

from __future__ import annotations

from flask import Flask, render_template, render_template_string, request
from flask.typing import ResponseReturnValue

from tierline.errors import Unavailable
from tierline.statistics import Rate
from tierline.web import csrf, failures, headers, language, layout

PROGRESS = """
{% import "components/ui.html" as ui %}
{{ ui.progress(job, "/work", request.args.polls) }}
"""
WORK = """
{% extends layout("public") %}
{% import "components/ui.html" as ui %}
{% block title %}Work{% endblock %}
{% block content %}
<h1>Work</h1>
{{ ui.progress(job, "/work", request.args.polls) }}
<form hx-post="/act" hx-target="#answer">{{ ui.button("Act", type="submit") }}</form>
{{ ui.button("Ask first", hx_post="/act", hx_target="#answer", hx_confirm="Really?") }}
{{ ui.button("Break", hx_get="/broken", hx_target="#answer") }}
<p id="answer"></p>
{{ ui.form_field("secret", "Secret", type="password") }}
{% endblock %}
"""
STEPS = 3


def make_showroom() -> Flask:
    """Return an application that shows the style guide at /guide, and live parts at /work."""
    app = Flask("tierline")
    app.config.update(SECRET_KEY="only the tests know it", SESSION_COOKIE_SECURE=False)
    for part in (language, csrf, headers, failures, layout):
        part.install(app)
    app.jinja_env.globals["tenants_of_user"] = list
    app.add_url_rule("/guide", view_func=guide)
    app.add_url_rule("/work", view_func=work)
    app.add_url_rule("/act", view_func=act, methods=["POST"])
    app.add_url_rule("/broken", view_func=broken)
    return app


def guide() -> ResponseReturnValue:
    """Show every component."""
    return render_template("styleguide/index.html", rate=Rate(1133, 4338))


def work() -> ResponseReturnValue:
    """Show a job that is one step further each time it is asked after."""
    done = request.args.get("polls", 0, type=int)
    state = "done" if done == STEPS else "running"
    job = {"state": state, "done": done, "total": STEPS, "title": "Import"}
    if request.headers.get("HX-Request-Type") == "partial":
        return render_template_string(PROGRESS, job=job)
    return render_template_string(WORK, job=job)


def act() -> ResponseReturnValue:
    """Do something that needs the token against forgery."""
    return "It was done."


def broken() -> ResponseReturnValue:
    """Fail."""
    raise Unavailable("It does not work today.")
