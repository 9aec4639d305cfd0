using System.Net;
using System.Net.Sockets;
using System.Text;
using MetaGrains.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MetaGrains.Tls.Tests;

/// <summary>A server that answers what it is sent, behind TLS, and clients of it over a line that is tapped.</summary>
internal sealed class TlsLine : IAsyncDisposable
{
    private readonly IConnectionListener _listener;
    private readonly Line _line;
    private readonly Task _serving;

    private TlsLine(IConnectionListener listener, ConnectionDelegate serve)
    {
        _listener = listener;
        _line = Line.To("127.0.0.1", ((IPEndPoint)listener.EndPoint).Port, tapped: true);
        _serving = ServeAsync(serve);
    }

    /// <summary>What passed by.</summary>
    public string Wire => Encoding.Latin1.GetString(_line.Heard());

    public static async Task<TlsLine> StartAsync(IReadOnlyDictionary<string, string?>? settings, ILogger? logger = null)
    {
        var factory = new SocketTransportFactory(Microsoft.Extensions.Options.Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var listener = await factory.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        return new TlsLine(listener, Through(settings, logger, (tls, builder) => tls.Accept(builder), EchoAsync));
    }

    /// <summary>Says something over a connection of its own and hears the answer.</summary>
    public async Task<string> AskAsync(IReadOnlyDictionary<string, string?>? settings, string words, ILogger? logger = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _line.Port);
        await using var connection = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), NullLogger.Instance).Create(socket);
        var answer = "";
        await Through(settings, logger, (tls, builder) => tls.Connect(builder), async context =>
        {
            await context.Transport.Output.WriteAsync(Encoding.UTF8.GetBytes(words));
            var read = await context.Transport.Input.ReadAtLeastAsync(Math.Max(words.Length, 1));
            answer = Encoding.UTF8.GetString(read.Buffer);
            // The server sees the end of what it is sent and then ends, too.
            await context.Transport.Output.CompleteAsync();
        })(connection);
        return answer;
    }

    /// <summary>Looks whether somebody listens, and goes.</summary>
    public async Task KnockAsync()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _line.Port);
    }

    public static TlsOptions Options(IReadOnlyDictionary<string, string?> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection(TlsOptions.Section).Get<TlsOptions>()!;

    public async ValueTask DisposeAsync()
    {
        await _listener.UnbindAsync();
        await _serving;
        await _listener.DisposeAsync();
        await _line.DisposeAsync();
    }

    private static ConnectionDelegate Through(
        IReadOnlyDictionary<string, string?>? settings, ILogger? logger, Action<TlsConnections, IConnectionBuilder> add, Func<ConnectionContext, Task> end)
    {
        var builder = new ConnectionBuilder(new EmptyServices());
        if (settings is not null)
            add(new TlsConnections(Options(settings), TimeProvider.System, logger ?? NullLogger.Instance), builder);
        return builder.Run(end).Build();
    }

    private async Task ServeAsync(ConnectionDelegate serve)
    {
        var serving = new List<Task>();
        while (await _listener.AcceptAsync() is { } connection)
            serving.Add(ServeOneAsync(serve, connection));
        await Task.WhenAll(serving);
    }

    private static async Task ServeOneAsync(ConnectionDelegate serve, ConnectionContext connection)
    {
        await using (connection)
            await serve(connection);
    }

    private static async Task EchoAsync(ConnectionContext context)
    {
        try
        {
            await context.Transport.Input.CopyToAsync(context.Transport.Output);
            await context.Transport.Output.CompleteAsync();
        }
        catch (IOException)
        {
            // The client did not like this server's certificate.
        }
    }

    private sealed class EmptyServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
