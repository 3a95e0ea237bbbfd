"""When the desk goes on, charges more, only sheds, or stops."""
