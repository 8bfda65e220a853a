import type { MemberStatus } from '../../../shared/contracts/image.ts';
import { formatTime } from '../../../shared/text/quantities.ts';
import { connect } from '../api/api-client.ts';
import { findImageId } from '../find-image.ts';
import { type OutputOptions, printResult, tell } from '../output.ts';
import { table } from '../table.ts';

/** The commands that share images between projects. */

export async function shareImage(word: string, project: string, options: OutputOptions): Promise<void> {
  const api = await connect();
  const id = await findImageId(api, word);
  const member = await api.shareImage(id, project);
  printResult(
    member,
    () => [
      member.status === 'accepted'
        ? `${project} already uses ${id}.`
        : `${id} is shared with ${project}; there, "bootready accept ${id}" accepts it.`,
    ],
    options,
  );
}

export async function unshareImage(word: string, project: string, options: OutputOptions): Promise<void> {
  const api = await connect();
  const id = await findImageId(api, word);
  await api.unshareImage(id, project);
  printResult({ id, project, shared: false }, () => [`${id} is not shared with ${project} any more.`], options);
}

export async function listMembers(word: string, options: OutputOptions): Promise<void> {
  const api = await connect();
  const { members } = await api.members(await findImageId(api, word));
  printResult(
    { members },
    () =>
      members.length > 0
        ? table(
            ['PROJECT', 'STATUS', 'SHARED'],
            members.map(({ projectId, status, createdAt }) => [projectId, status, formatTime(createdAt)]),
          )
        : [],
    options,
  );
  if (members.length === 0)
    tell('It is not shared with any project. "bootready share IMAGE PROJECT" shares it.', options);
}

/** Answers for the project that an image is shared with: whether it accepts the image. */
export async function answerShare(word: string, status: MemberStatus, options: OutputOptions): Promise<void> {
  const api = await connect();
  const [id, { projectId }] = await Promise.all([findImageId(api, word, 'shared'), api.self()]);
  const member = await api.changeMember(id, projectId, status);
  printResult(member, () => [`${id} is ${status} by ${projectId}.`], options);
}
