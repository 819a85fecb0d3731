"""Other people's servers, on loopback: each accepts, rejects, hangs, dribbles, or says yes with an error in it. One file per channel."""
