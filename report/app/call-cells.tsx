/** The cells of a call and its answer, in a table of calls. */
import { grouped } from './hex.ts';

export function CallCells({ call, answer }: { readonly call: string; readonly answer: string }) {
  return (
    <>
      <td>
        <code>{grouped(call)}</code>
      </td>
      <td>
        <code>{grouped(answer)}</code>
      </td>
    </>
  );
}
