"""The clocks of the request laws: pure rules over dated data and an adopted table of holidays."""
