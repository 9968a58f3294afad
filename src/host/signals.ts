/** The operating system asks the process to end: SIGINT, SIGTERM, SIGHUP. */
export interface Signals {
  /** Names the one listener, who is then responsible for ending. A second signal ends at once. */
  listen(received: (name: string, number: number) => void): void;
}
