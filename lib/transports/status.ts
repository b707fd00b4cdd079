/** Returns the status that crawlers of boards ask for (MSSP), by name: `NAME`, `PLAYERS`, `UPTIME` and others. */
export type Status = () => Record<string, string | number>;
