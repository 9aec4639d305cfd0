using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace MetaGrains.Engine.Network;

/// <summary>A connection that has passed all steps, for as long as it is not disposed: a step lasts as long as what it lets through.</summary>
internal sealed class SteppedConnection : IAsyncDisposable
{
    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConnectionContext _context;
    private Task _steps = Task.CompletedTask;

    private SteppedConnection(ConnectionContext context) => _context = context;

    public IDuplexPipe Transport => _context.Transport;

    public string Remote => _context.RemoteEndPoint?.ToString() ?? "a connection in memory";

    /// <summary>Leads a connection through the steps. Null: one of them refused it, and has said why; it is closed.</summary>
    public static async Task<SteppedConnection?> PassAsync(ConnectionContext context, ConnectionSteps steps, IServiceProvider services, CancellationToken cancellationToken)
    {
        var connection = new SteppedConnection(context);
        await using var aborted = cancellationToken.UnsafeRegister(static context => ((ConnectionContext)context!).Abort(), context);
        try
        {
            connection._steps = steps.Build(services, connection.StandAsync)(context);
            await Task.WhenAny(connection._passed.Task, connection._steps);
            if (connection._passed.Task.IsCompleted)
                return connection;
            await connection._steps;
            await context.DisposeAsync();
            return null;
        }
        catch
        {
            await context.DisposeAsync();
            throw;
        }
    }

    public void Abort(string reason) => _context.Abort(new ConnectionAbortedException(reason));

    public async ValueTask DisposeAsync()
    {
        _over.TrySetResult();
        await _steps.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _context.DisposeAsync();
    }

    private Task StandAsync(ConnectionContext context)
    {
        _passed.TrySetResult();
        return _over.Task;
    }
}
