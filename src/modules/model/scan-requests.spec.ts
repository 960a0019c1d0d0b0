import { NAMES_MAX, ScanRequests } from './scan-requests.js';

describe('scan requests', () => {
  it('become the fewest trees that cover them, once', () => {
    const requests = new ScanRequests();
    requests.add(['b/c', 'a']);
    requests.add(['b']);
    expect(requests.take()).toEqual(['a', 'b']);
    expect(requests.take()).toBeUndefined();
  });

  it('become a scan of the whole folder when there are too many to keep', () => {
    const requests = new ScanRequests();
    requests.add(Array.from({ length: NAMES_MAX + 1 }, (_, i) => `file-${i}`));
    expect(requests.take()).toEqual(['']);
  });
});
