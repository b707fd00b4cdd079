import type { Observable } from 'rxjs';

/** What a client offers outside of the terminal as proof of who the caller is. */
export type Proof =
  /** Nothing: the caller wants in as a guest, or to be asked on the terminal. */
  | {
      /** Discriminates the union. */
      readonly method: 'none';
    }
  | {
      /** Discriminates the union. */
      readonly method: 'password';
      /** The password. */
      readonly password: string;
    }
  /** A public key. The transport has checked that the client has its private key. */
  | {
      /** Discriminates the union. */
      readonly method: 'publickey';
      /** The key as in SSH's `authorized_keys`, without options and comment: `ssh-ed25519 AAAA…`. */
      readonly key: string;
    };

/** What a client says about the caller before it shows a terminal. Accept or reject it. */
export interface Credentials {
  /** The name that the client gives. It may be anything. */
  readonly name: string;
  /** The proof. */
  readonly proof: Proof;
  /** Lets the caller in, when subscribed to. Emits nothing. Completes when the terminal is open, or the connection gone. */
  accept(): Observable<never>;
  /** Tells the client that this wasn't enough. It may offer something else. */
  reject(): void;
}
