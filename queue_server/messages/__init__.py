"""Telling visitors something on their own phones: senders by name, and the loop that empties the outbox.

What is to be said is written by ``commands/messages.py``; how it is worded stands in ``common/message_words.json``.
"""
