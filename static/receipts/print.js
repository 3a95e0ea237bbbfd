// The page was asked for to be printed: the browser's own dialogue opens once it is drawn.
addEventListener("load", () => print());
