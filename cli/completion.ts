/** `frameproof completion`: prints the script with which a shell completes command lines. */
import { Argument, Command } from 'commander';
import { completionScript, SHELLS, type Shell } from './completion-script.ts';
import { examples } from './help.ts';
import { print } from './print.ts';

/** Returns the command `frameproof completion`, which is told of all commands. */
export function completionCommand(everyCommand: () => Promise<readonly Command[]>): Command {
  return new Command('completion')
    .description('print a script for your shell to complete commands and flags')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        'npx frameproof completion bash >> ~/.bashrc',
        'npx frameproof completion zsh > ~/.zfunc/_frameproof',
        'npx frameproof completion fish > ~/.config/fish/completions/frameproof.fish',
      ),
    )
    .action(async (shell: Shell) => {
      print(completionScript(shell, await everyCommand()));
    });
}
