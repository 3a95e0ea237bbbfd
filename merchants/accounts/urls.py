"""Signing in and out, joining a team, and one's own account."""

from django.urls import path

from merchants.accounts import account, joining, resets, second_step, views

app_name = "accounts"
_PASSKEY = "account/security/passkeys"
urlpatterns = [
    path("login", views.sign_in, name="login"),
    path("login/second", second_step.page, name="second-step"),
    path("login/second/ask", second_step.ask_second, name="second-step-ask"),
    path("login/passkey", second_step.by_passkey, name="by-passkey"),
    path("login/passkey/ask", second_step.ask, name="by-passkey-ask"),
    path("logout", views.sign_out, name="logout"),
    path("reset", resets.ask, name="reset"),
    path("reset/<str:token>", resets.choose, name="reset-choose"),
    path("join/<str:token>", joining.page, name="join"),
    path("account", account.page, name="account"),
    path("account/password", account.password, name="password"),
    path("account/email", account.email, name="email"),
    path("account/email/<str:token>", account.email_confirm, name="email-confirm"),
    path("account/sessions/end", account.sign_out_elsewhere, name="sign-out-elsewhere"),
    path("account/sessions/<uuid:signed_in_id>/end", account.session_end, name="session-end"),
    path("account/confirm", account.confirm, name="confirm"),
    path("account/confirm/ask", account.confirm_ask, name="confirm-ask"),
    path("account/security", account.security, name="security"),
    path("account/security/app", account.app, name="app"),
    path("account/security/app/remove", account.app_remove, name="app-remove"),
    path("account/security/recovery", account.recovery, name="recovery"),
    path("account/security/reset/stop", account.reset_stop, name="reset-stop"),
    path(_PASSKEY + "/ask", account.passkey_ask, name="passkey-ask"),
    path(_PASSKEY, account.passkey_add, name="passkey-add"),
    path(_PASSKEY + "/<uuid:passkey_id>/remove", account.passkey_remove, name="passkey-remove"),
]
