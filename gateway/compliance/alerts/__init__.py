"""Something that a person should look at: raised by what screens and watches, read by officers."""
