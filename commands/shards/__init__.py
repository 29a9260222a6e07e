"""Sellers spread over processes, one store each, behind one front that holds the carriers' binds."""
