/** A disk, or what a disk is made of: the block graph's nodes. It lives on the main thread. */
export interface BlockNode {
  readonly nodeName: string;
  /** As `-blockdev driver=` spells it. */
  readonly driver: string;
  readonly filename: string;
  /** Bytes. */
  readonly size: number;
  readonly readOnly: boolean;
  /** Fills the buffers in turn; what lies past the end of the node is not asked for. */
  read(offset: number, ...into: Uint8Array[]): Promise<void>;
  write(offset: number, ...from: Uint8Array[]): Promise<void>;
  /** Every write that had completed before the call survives a power loss once this resolves. */
  flush(): Promise<void>;
  /** The content of the range no longer matters. */
  discard(offset: number, length: number): Promise<void>;
  /** Bytes that the node takes on the host's disk. */
  allocated(): Promise<number>;
  /** What lies below this node, if it may be shown: query-block's `backing-image`. */
  readonly backing?: BlockNode;
  /** The node that this one reads and writes, if it has one. */
  readonly child?: BlockNode;
  /** Flushes and lets go. */
  close(): Promise<void>;
}

/** How writes go to the host, as `cache.direct` and `cache.no-flush` say. */
export interface CacheMode {
  readonly direct: boolean;
  readonly noFlush: boolean;
}
