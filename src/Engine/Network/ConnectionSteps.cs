using Microsoft.AspNetCore.Connections;

namespace MetaGrains.Engine.Network;

/// <summary>What others put between a connection and its frames, such as TLS.</summary>
internal sealed class ConnectionSteps
{
    private readonly List<Action<IConnectionBuilder>> _steps = [];

    public void Add(Action<IConnectionBuilder> configure) => _steps.Add(configure);

    /// <summary>One way through all steps to the end.</summary>
    public ConnectionDelegate Build(IServiceProvider services, Func<ConnectionContext, Task> end)
    {
        var builder = new ConnectionBuilder(services);
        foreach (var step in _steps)
            step(builder);
        return builder.Run(end).Build();
    }
}
