"""Whether the desk's mail is alive: facts are read, judged by a pure function, and put into words."""
