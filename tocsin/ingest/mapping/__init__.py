"""Mappings: what somebody writes so that Tocsin reads a body whose form only its sender knows. Pure; standard library and jmespath."""
