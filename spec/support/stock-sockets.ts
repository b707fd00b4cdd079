/**
 * Runs cases twice: with the sockets that we make of accepted connections, and with Node's own
 * (`STOCK_SOCKETS=1`).
 */
export function ofEitherKind(cases: (isOurs: boolean) => void): void {
  describe('with our sockets', () => cases(true));
  describe("with Node's sockets", () => {
    beforeEach(() => {
      process.env.STOCK_SOCKETS = '1';
    });
    afterEach(() => {
      delete process.env.STOCK_SOCKETS;
    });
    cases(false);
  });
}
