import { Command } from 'commander';
import { versionOf } from '../lib/version.ts';
import { agentCommand } from './agent.ts';
import { alarmCommand } from './alarm.ts';
import { asteriskCommand } from './asterisk.ts';
import { auditCommand } from './audit.ts';
import { callCommand } from './call.ts';
import { createContext } from './context.ts';
import { dbCommand } from './db.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { drainCommand } from './drain.ts';
import { eventsCommand } from './events.ts';
import { groupCommand } from './group.ts';
import { initCommand } from './init.ts';
import { mailboxCommand } from './mailbox.ts';
import { numberCommand } from './number.ts';
import { outboundCommand } from './outbound.ts';
import { phoneCommand } from './phone.ts';
import { queueCommand } from './queue.ts';
import { reasonCommand } from './reason.ts';
import { replayCommand } from './replay.ts';
import { serveCommand } from './serve.ts';
import { siteCommand } from './site.ts';
import { skillCommand } from './skill.ts';
import { statusCommand } from './status.ts';
import { trunkCommand } from './trunk.ts';
import { userCommand } from './user.ts';
import { whyCommands } from './why.ts';

/** Builds the whole command line. `environment` is the process's; `write` is standard output. */
export function buildProgram(
  environment: Readonly<Record<string, string | undefined>>,
  write: (text: string) => void,
): Command {
  const program = new Command('cordboard');
  program
    .description('A call-routing engine beside Asterisk: users, groups, agents and calls.')
    .version(versionOf())
    .option('--home <dir>', 'the home directory (default: $CORDBOARD_HOME, else ./var)')
    .option('--config <file>', 'the configuration (default: cordboard.yaml in the home directory)')
    .option('--json', 'answer in JSON, errors too')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError(true)
    .exitOverride();
  const context = createContext(program, environment, write);
  initCommand(program, context);
  serveCommand(program, context);
  statusCommand(program, context);
  doctorCommand(program, context);
  asteriskCommand(program, context);
  drainCommand(program, context);
  dbCommand(program, context);
  userCommand(program, context);
  groupCommand(program, context);
  queueCommand(program, context);
  skillCommand(program, context);
  reasonCommand(program, context);
  agentCommand(program, context);
  alarmCommand(program, context);
  callCommand(program, context);
  whyCommands(program, context);
  eventsCommand(program, context);
  replayCommand(program, context);
  phoneCommand(program, context);
  trunkCommand(program, context);
  numberCommand(program, context);
  outboundCommand(program, context);
  siteCommand(program, context);
  mailboxCommand(program, context);
  auditCommand(program, context);
  demoCommand(program, context);
  return program;
}
