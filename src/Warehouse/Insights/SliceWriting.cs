using System.Buffers;
using MetaGrains.Core.Insights;

namespace MetaGrains.Warehouse.Insights;

/// <content>How the rows of a slice come into the tables.</content>
public sealed partial class SlicePublisher
{
    private const string CopyStaging = $"copy insights_staging ({StagedPage.Columns}) from stdin (format binary)";

    private const string CopyFact = $"""
        copy meta_insights_daily (
          tenant_id, run_id, first_seen, updated_at, ad_account_id, report, level, action_report_time, {StagedPage.KeyColumns}, {StagedPage.FactColumns})
        from stdin (format binary)
        """;

    private const string CopyRaw = $"""
        copy meta_insights_raw (tenant_id, run_id, fetched_at, ad_account_id, report, {StagedPage.KeyColumns}, payload) from stdin (format binary)
        """;

    /// <summary>
    /// Days of which nothing is held are poured straight into fact and raw rows. Otherwise what is new or differs, and
    /// that alone, goes through staging, where one statement can see it beside what is held.
    /// </summary>
    private sealed class SliceWriting(Steps step, StagedSlice staged, SliceDifference difference, bool rawHeld)
    {
        private const short FactFields = 8 + StagedPage.KeyFields + StagedPage.FactFields, RawFields = 5 + StagedPage.KeyFields + 1;
        private const int BlockSize = 128 * 1024;

        private bool _isInTable = staged.InTable > 0;

        private delegate void RowWriter(ReadOnlySpan<byte> head, StagedPage page, StagedRow row, ArrayBufferWriter<byte> into);

        public async Task<(int Inserted, int Changed, int Vanished)> WriteAsync()
        {
            var written = difference.IsNone ? default : await WriteDifferenceAsync();
            if (_isInTable)
                await step.ExecuteAsync(nameof(Unstage), Unstage);
            return written;
        }

        private async Task<(int Inserted, int Changed, int Vanished)> WriteDifferenceAsync()
        {
            var closed = await step.CountAsync(nameof(Closed), Closed);
            // A revision needs old and new in one statement; the raw row of a row that was away is there already.
            var pours = difference.Held == 0 && !_isInTable && closed == 0 && !rawHeld;
            return pours ? (await PourAsync(), 0, 0) : await MergeAsync(closed > 0);
        }

        private async Task<int> PourAsync()
        {
            await CopyAsync(nameof(CopyFact), CopyFact, FactHead(), static (head, page, row, into) =>
            {
                var fields = page.Of(in row);
                into.Write(head);
                into.Write(fields[StagedPage.ToKey..(row.Raw - row.Start)]);
            });
            await CopyAsync(nameof(CopyRaw), CopyRaw, RawHead(), static (head, page, row, into) =>
            {
                var fields = page.Of(in row);
                into.Write(head);
                into.Write(fields[StagedPage.ToKey..StagedPage.ToFact]);
                into.Write(fields[(row.Raw - row.Start)..]);
            });
            return difference.New.Count;
        }

        private async Task<(int Inserted, int Changed, int Vanished)> MergeAsync(bool hasClosedDays)
        {
            var (isNew, isHeld) = (difference.New.Count > 0, difference.Held > 0);
            if (staged.InTable > 0 && !step.Judgement.HeldDays.IsEmpty)
                await step.ExecuteAsync(nameof(Keep), Keep);
            if (difference.New.Count + difference.Changed.Count > 0)
                await CopyAsync(nameof(CopyStaging), CopyStaging, [], static (_, page, row, into) => into.Write(page.Of(in row)));
            if (staged.LacksFields && isHeld)
                await step.ExecuteAsync(nameof(Complete), Complete);
            if (hasClosedDays)
                await step.ExecuteAsync(nameof(Revisions), Revisions);
            var vanished = difference.Gone.Length > 0 ? await step.ExecuteAsync(nameof(Tombstone), Tombstone) : 0;
            var changed = difference.Changed.Count > 0 ? await step.ExecuteAsync(nameof(Update), Update) : 0;
            var inserted = !isNew ? 0
                : isHeld ? await step.ExecuteAsync(nameof(Insert), Insert)
                : await step.ExecuteAsync(nameof(InsertAll), InsertAll);
            if (changed + inserted > 0)
            {
                await (isHeld ? step.ExecuteAsync(nameof(Raw), Raw)
                    : rawHeld ? step.ExecuteAsync(nameof(RawAll), RawAll)
                    : step.ExecuteAsync(nameof(RawNew), RawNew));
            }

            return (inserted, changed, vanished);
        }

        private async Task CopyAsync(string name, string sql, byte[] head, RowWriter write)
        {
            await step.BeforeAsync(name);
            _isInTable |= name == nameof(CopyStaging);
            await using var copy = await CopyStream.BeginAsync(step.Connection, sql, step.CancellationToken);
            var block = new ArrayBufferWriter<byte>(BlockSize + (BlockSize / 4));
            foreach (var page in staged.Pages.Where(page => page.IsHere))
            {
                foreach (var row in page.Rows)
                {
                    if (!difference.Writes(in row))
                        continue;
                    write(head, page, row, block);
                    if (block.WrittenCount < BlockSize)
                        continue;
                    await copy.WriteAsync(block.WrittenMemory, step.CancellationToken);
                    block.ResetWrittenCount();
                }
            }

            await copy.WriteAsync(block.WrittenMemory, step.CancellationToken);
            await copy.CompleteAsync(step.CancellationToken);
        }

        private byte[] FactHead()
        {
            var room = new byte[512 + (4 * step.Slice.Report.Name.Length)];
            var head = new CopyEncoder(room);
            head.Row(FactFields);
            head.Uuid(step.Slice.Run.Account.Tenant.Value);
            head.Bigint(step.Slice.Run.Id);
            head.Timestamp(step.Now);
            head.Timestamp(step.Now);
            head.Text(step.Slice.Run.Account.Account.ToString());
            head.Text(step.Slice.Report.Name);
            head.Text(InsightsLevels.WireName(step.Slice.Report.Level));
            head.Text("mixed");
            return room[..head.Length];
        }

        private byte[] RawHead()
        {
            var room = new byte[512 + (4 * step.Slice.Report.Name.Length)];
            var head = new CopyEncoder(room);
            head.Row(RawFields);
            head.Uuid(step.Slice.Run.Account.Tenant.Value);
            head.Bigint(step.Slice.Run.Id);
            head.Timestamp(step.Now);
            head.Text(step.Slice.Run.Account.Account.ToString());
            head.Text(step.Slice.Report.Name);
            return room[..head.Length];
        }
    }
}
