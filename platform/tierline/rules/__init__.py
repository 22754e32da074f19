"""Rules as typed data: compiled to SQL for all accounts, evaluated in Python to explain one."""
