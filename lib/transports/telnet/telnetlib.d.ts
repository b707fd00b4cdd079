/** Types for the parts of telnetlib 1.0.2 that we use; it has none. Don't use them in public signatures. */
declare module 'telnetlib' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';

  type OptionState = 'NO' | 'YES' | 'WANTNO' | 'WANTYES';
  type Where = 'LOCAL' | 'REMOTE';

  interface OptionHost {
    readonly localOptions: ReadonlySet<number>;
    readonly remoteOptions: ReadonlySet<number>;
    readonly writer: {
      writeWill(option: number): void;
      writeWont(option: number): void;
      writeDo(option: number): void;
      writeDont(option: number): void;
      writeSubnegotiation(option: number, data?: Uint8Array): void;
    };
    emit(event: 'enable' | 'disable', option: number, where: Where): unknown;
  }

  class TelnetOption extends EventEmitter {
    constructor(host: OptionHost, code: number);
    readonly code: number;
    readonly socket: OptionHost;
    us: OptionState;
    him: OptionState;
    handleWill(): void;
    handleWont(): void;
    handleDo(): void;
    handleDont(): void;
  }

  interface TelnetSocket extends EventEmitter {
    write(data: string | Uint8Array): boolean;
    end(): void;
    readonly socket: Socket;
    getOption(code: number): TelnetOption & { sendResize?(width: number, height: number): void };
  }

  interface ConnectOptions {
    host?: string;
    port: number;
    localOptions?: number[];
    remoteOptions?: number[];
  }

  const telnetlib: {
    TelnetOption: typeof TelnetOption;
    options: Readonly<Record<'TRANSMIT_BINARY' | 'ECHO' | 'SGA' | 'NAWS', number>>;
    constants: { optionState: { [State in OptionState]: State } };
    createConnection(options: ConnectOptions, connected?: () => void): TelnetSocket;
  };
  export default telnetlib;
  export type { OptionHost, TelnetSocket, Where };
}
