"""What can be wrong with what a person asks of a notice, or of a device to be told on."""

from gateway.events.errors import TillwayError


class NoticeUnknown(TillwayError):
    code = "notice_unknown"
    message = "There is no such notice among yours."
    hint = "It may be another shop's, or your role is not told of it."
    status = 404


class NoticeTaken(TillwayError):
    code = "notice_taken"
    message = "Somebody else has taken this on already."
    hint = "The page says who."
    status = 409


class NoticeOver(TillwayError):
    code = "notice_over"
    message = "This is over: nothing is left to be taken on."
    status = 409


class PushOff(TillwayError):
    code = "push_off"
    message = "This house sends no push messages."
    hint = "What needs you comes by mail."
    status = 409


class BadSubscription(TillwayError):
    code = "bad_subscription"
    message = "What this browser handed in can't be used to reach it."
    hint = "Turn push on once more; if that changes nothing, use another browser."
    status = 422


class DevicesFull(TillwayError):
    code = "devices_full"
    message = "You are told on as many devices as one person may be."
    hint = "Remove one that you don't use any more."
    status = 409


class DeviceUnknown(TillwayError):
    code = "device_unknown"
    message = "There is no such device among yours."
    hint = "It may have been removed."
    status = 404


class TrialTooSoon(TillwayError):
    code = "trial_too_soon"
    message = "A trial was sent to this device a moment ago."
    hint = "Wait a moment."
    status = 429
