using Npgsql;

namespace MetaGrains.Warehouse;

/// <summary>
/// Transactions that hold what other silos wait for. A process that is frozen, or whose machine is gone without a word,
/// sends neither commit nor end: PostgreSQL would keep its locks for as long as the connection seems to stand, which is
/// two hours by default, and nobody could take over its accounts.
/// </summary>
internal static class WriteTransactions
{
    /// <summary>
    /// After 10 s in which the client says nothing, or a peer that does not acknowledge for about as long, the server undoes the
    /// transaction and ends the session (PostgreSQL, "Client Connection Defaults" and "TCP Settings"). Local to the
    /// transaction, so that it goes through a pooler and is nobody else's.
    /// </summary>
    public const string Limits = """
        set local idle_in_transaction_session_timeout = '10s'; set local tcp_keepalives_idle = 5;
        set local tcp_keepalives_interval = 2; set local tcp_keepalives_count = 3; set local tcp_user_timeout = '10s'
        """;

    /// <summary>Begins a transaction whose locks a silent client does not keep.</summary>
    public static async Task<NpgsqlTransaction> BeginWriteAsync(this NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            // Sent together with the begin.
            await using var limits = new NpgsqlCommand(Limits, connection, transaction);
            await limits.ExecuteNonQueryAsync(cancellationToken);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }
}
