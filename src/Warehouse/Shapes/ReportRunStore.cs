using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync.Reports;
using Npgsql;

namespace MetaGrains.Warehouse.Shapes;

/// <summary>The table <c>report_runs</c>: asynchronous reports outlive the process that asked for them.</summary>
public sealed class ReportRunStore(NpgsqlDataSource database, TimeProvider clock) : IReportMemories
{
    private const string Find = """
        select report_run_id, state, attempt, percent, started_at, progress_at from report_runs
        where tenant_id = @tenant and ad_account_id = @account and question = @question and expires_at > @now
        """;

    private const string Keep = """
        insert into report_runs as r (
          tenant_id, ad_account_id, question, report_run_id, state, attempt, percent, started_at, progress_at, expires_at)
        values (@tenant, @account, @question, @id, @state, @attempt, @percent, @started, @progress, @expires)
        on conflict (tenant_id, ad_account_id, question) do update set
          report_run_id = excluded.report_run_id, state = excluded.state, attempt = excluded.attempt, percent = excluded.percent,
          started_at = excluded.started_at, progress_at = excluded.progress_at, expires_at = excluded.expires_at
        """;

    private const string Note = """
        update report_runs set state = @state, attempt = @attempt, percent = @percent, progress_at = @progress, expires_at = @expires, started_at = @started
        where tenant_id = @tenant and ad_account_id = @account and question = @question and report_run_id = @id
        """;

    // A later one of the same question is another report.
    private const string Forget = """
        delete from report_runs where tenant_id = @tenant and ad_account_id = @account and question = @question and report_run_id = @id
        """;

    /// <inheritdoc />
    public IReportMemory Of(AdAccountKey account) => new Memory(this, account);

    private NpgsqlCommand Command(string sql, AdAccountKey account, string question)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.AddWithValue("tenant", account.Tenant.Value);
        command.Parameters.AddWithValue("account", account.Account.ToString());
        command.Parameters.AddWithValue("question", question);
        return command;
    }

    private sealed class Memory(ReportRunStore store, AdAccountKey account) : IReportMemory
    {
        public async ValueTask<ReportRun?> FindAsync(string question, CancellationToken cancellationToken)
        {
            await using var command = store.Command(Find, account, question);
            command.Parameters.AddWithValue("now", store.Now);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
                return null;
            return new ReportRun
            {
                Id = reader.GetString(0),
                Account = account.Account,
                Question = question,
                // A state of a newer program tells nothing: the next poll does.
                State = Enum.TryParse<ReportState>(reader.GetString(1), ignoreCase: true, out var state) ? state : ReportState.Queued,
                Attempt = reader.GetInt32(2),
                Percent = reader.GetInt32(3),
                StartedAt = reader.GetFieldValue<DateTimeOffset>(4),
                ProgressAt = reader.GetFieldValue<DateTimeOffset>(5),
            };
        }

        public ValueTask KeepAsync(ReportRun run, CancellationToken cancellationToken) => WriteAsync(Keep, run, cancellationToken);

        public ValueTask NoteAsync(ReportRun run, CancellationToken cancellationToken) => WriteAsync(Note, run, cancellationToken);

        private async ValueTask WriteAsync(string sql, ReportRun run, CancellationToken cancellationToken)
        {
            await using var command = store.Command(sql, account, run.Question);
            command.Parameters.AddWithValue("id", run.Id);
            command.Parameters.AddWithValue("state", run.State.ToString().ToLowerInvariant());
            command.Parameters.AddWithValue("attempt", run.Attempt);
            command.Parameters.AddWithValue("percent", run.Percent);
            command.Parameters.AddWithValue("started", run.StartedAt.UtcDateTime);
            command.Parameters.AddWithValue("progress", run.ProgressAt.UtcDateTime);
            command.Parameters.AddWithValue("expires", run.ExpiresAt.UtcDateTime);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        public async ValueTask ForgetAsync(ReportRun run, CancellationToken cancellationToken)
        {
            await using var command = store.Command(Forget, account, run.Question);
            command.Parameters.AddWithValue("id", run.Id);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private DateTime Now => clock.GetUtcNow().UtcDateTime;
}
