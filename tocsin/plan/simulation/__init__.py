"""`tocsin plan simulate`: what a simulation is asked, the processes it is shared out to, and what is printed."""
