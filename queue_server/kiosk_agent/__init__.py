"""The door goes on when the server is away: a small program on the kiosk's own PC (decisions 7).

While the server answers, everything goes through to it. When it does not, the kiosk gives numbers from its part of the
reserve, keeps each on its own disk before it is shown, and hands them in when the server is back.
"""
