"""What a route makes of the alerts it wants: the same fold for what comes in and for what came in long ago."""
