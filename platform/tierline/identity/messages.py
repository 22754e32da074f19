"""What Flask-Security says, in our words: short, and the same whether or not an e-mail is known.

The words are translated with all others: its domain is ours (see `configure` in security.py).
"""

from __future__ import annotations

from tierline.marking import N_

MESSAGES = {
    "GENERIC_AUTHN_FAILED": (N_("The e-mail or the password is wrong."), "error"),
    "PASSWORD_RESET_REQUEST": (
        N_("If we know this e-mail, a message with a link to set a password is on its way."),
        "info",
    ),
    "PASSWORD_RESET_EXPIRED": (N_("The link is too old. Ask for a new one."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (
        N_("The link does not work any more. Ask for a new one."),
        "error",
    ),
    "PASSWORD_RESET_NO_LOGIN": (N_("The password is set. Sign in with it."), "success"),
    "PASSWORD_CHANGE": (
        N_("The password is changed. Your other sessions are signed out."),
        "success",
    ),
    "PASSWORD_IS_THE_SAME": (N_("The new password must differ from the old one."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two passwords differ."), "error"),
    "INVALID_PASSWORD": (N_("The password is wrong."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Enter a password."), "error"),
    "EMAIL_NOT_PROVIDED": (N_("Enter an e-mail."), "error"),
    "INVALID_EMAIL_ADDRESS": (N_("This is not an e-mail."), "error"),
    "USER_DOES_NOT_EXIST": (N_("The e-mail or the password is wrong."), "error"),
    "DISABLED_ACCOUNT": (N_("This user is switched off. Ask your administrator."), "error"),
    "ANONYMOUS_USER_REQUIRED": (N_("You are signed in already."), "info"),
    "UNAUTHENTICATED": (N_("Sign in first."), "error"),
    "UNAUTHORIZED": (N_("You may not do this."), "error"),
    "REAUTHENTICATION_REQUIRED": (N_("Sign in again to do this."), "error"),
    "LOGIN": (N_("Sign in first."), "info"),
    "REFRESH": (N_("Sign in again to do this."), "info"),
    "FORGOT_PASSWORD": (N_("Forgot your password?"), "info"),
}

SUBJECTS = {  # by mail template
    "reset_instructions": N_("Set a new password"),
    "reset_notice": N_("Your password has been set"),
    "change_notice": N_("Your password has been changed"),
}
