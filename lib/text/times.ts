/** `3s`, `4m`, `1h 5m`, `2d 3h` */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours}h ${minutes % 60}m` : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** Formats a date and time in UTC: `2026-11-22 14:05`. */
export const dateAndTime = (date: Date): string => date.toISOString().slice(0, 16).replace('T', ' ');

/** Formats a time of day in UTC: `14:05`. */
export const timeOfDay = (date: Date): string => date.toISOString().slice(11, 16);
