import { FLOOR } from './clients/clients.mjs';
import { runProgram } from './processes.mjs';
import { isRight, mistakeIn } from './workloads/answers.mjs';
import { planOf } from './workloads/workloads.mjs';

/** One measurement: microseconds of CPU per chunk, or what is wrong with the client. */
const measureOnce = async (client, baseUrl, { calls, atOnce, chunks, answers }, times) => {
  try {
    const { cpuMs, answers: found } = await runProgram('./client.mjs', { client, baseUrl, calls, atOnce, ...times });
    const mistaken = found.find((each) => !answers.some((answer) => isRight(each, answer)));
    return mistaken === undefined ? { microseconds: (cpuMs * 1000) / chunks } : { wrong: mistakeIn(mistaken, answers[0]) };
  } catch (error) {
    return { wrong: error.message };
  }
};

/**
 * Measures clients in rounds, one after another within each, so that a noisy machine disturbs all of them alike; every
 * measurement is a process of its own. A client that was wrong once is not measured again.
 */
export const measureWorkload = async (origin, workload, { clients, rounds, warmMs, measureMs, tell = () => undefined }) => {
  const plan = planOf(workload);
  const microseconds = {};
  const wrong = {};
  for (let round = 1; round <= rounds; round += 1) {
    for (const client of clients) {
      if (client in wrong) continue;
      tell(`${workload}, round ${round} of ${rounds}: ${client}`);
      const result = await measureOnce(client, `${origin}/${workload}/v1`, plan, { warmMs, measureMs });
      if (result.wrong === undefined) (microseconds[client] ??= []).push(result.microseconds);
      else if (client === FLOOR) throw new Error(`the floor is wrong about ${workload}: ${result.wrong}`);
      else wrong[client] = result.wrong;
    }
  }
  for (const client of Object.keys(wrong)) delete microseconds[client];
  return { chunks: plan.chunks, microseconds, wrong };
};
