"""Registers: the facts of charts in tables and labelled lists."""

from pipeline.register.read import Registers, read_registers

__all__ = ["Registers", "read_registers"]
