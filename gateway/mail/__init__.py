"""Mail that leaves the house from rows: claimed, sent, tried again, given up, forgotten.

A room that tells people something by mail has a table of its own (``rows.MailRow``) and says in an
``outlet.Outlet`` what its mails say; how they are sent is here alone.
"""
