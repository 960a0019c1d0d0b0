/** The real program in a home like that of a stock Syncthing: the same file configures it, the same paths steer it. */
import * as fs from 'node:fs';
import { PROGRAM, programEnvironment, runProgram } from './node-process.js';
import { freePort } from './free-port.js';
import { StockNode } from './stock-node.js';

export class ProgramNode extends StockNode {
  /** Makes the home and its certificate; nothing runs yet. */
  static override async create(home: string): Promise<ProgramNode> {
    fs.mkdirSync(home, { recursive: true });
    const { status, out, error } = runProgram(home, ['id', '--home', home]);
    if (status !== 0) throw new Error(`syncnest id: ${error}`);
    return new ProgramNode(home, out.trim(), await freePort(), await freePort());
  }

  override launch(): { command: string; args: string[]; env: NodeJS.ProcessEnv } {
    const args = [PROGRAM, '--home', this.home, '-N', '-n', '--log-format', 'pretty'];
    return { command: process.execPath, args, env: programEnvironment(this.home) };
  }

  /** The next start finds none. Nothing may run. */
  loseIndex(): void {
    for (const suffix of ['', '-wal', '-shm']) {
      fs.rmSync(`${this.home}/index.db${suffix}`, { force: true });
    }
  }
}
