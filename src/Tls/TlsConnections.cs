using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Tls;

/// <summary>
/// Lays TLS between the engine and its connections, by the steps that both engines let others add to them. Who is
/// refused is told in one line of the log, at most once a minute for each of them.
/// </summary>
public sealed partial class TlsConnections
{
    // Names of silos are addresses that come and go; who belongs to the cluster is told by who signed.
    private const string AnyName = "metagrains";

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);
    private static readonly Oid ServerPurpose = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientPurpose = new("1.3.6.1.5.5.7.3.2");

    private readonly TlsOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly TlsFiles _files;
    private readonly TlsPeers _peers;
    private readonly SaidLately _said;

    /// <param name="options">Found good by <see cref="TlsOptions.Refuse"/>.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Where it is told who was refused.</param>
    public TlsConnections(TlsOptions options, TimeProvider clock, ILogger logger) =>
        (_options, _clock, _logger, _files, _peers, _said) = (options, clock, logger, new TlsFiles(options, logger), new TlsPeers(options, clock), new SaidLately(clock));

    /// <summary>For connections that others open to this process.</summary>
    public void Accept(IConnectionBuilder connections) => connections.Use(next => context => RunAsync(context, next, new AcceptedEnd(this)));

    /// <summary>For connections that this process opens.</summary>
    public void Connect(IConnectionBuilder connections) => connections.Use(next => context => RunAsync(context, next, new OpenedEnd(this)));

    private async Task RunAsync(ConnectionContext context, ConnectionDelegate next, End end)
    {
        var transport = context.Transport;
        var plain = new PipeStream(transport);
        var tls = new SslStream(plain, leaveInnerStreamOpen: true, end.Validate);
        await using (tls)
        {
            if (await RefusalAsync(tls, end) is { } why)
            {
                var remote = context.RemoteEndPoint?.ToString() ?? "a connection in memory";
                // Who only looks whether somebody listens here sends nothing.
                if (plain.HasRead || why.IsTimeout)
                    Say(remote, why.Text, end.Accepts);
                // What TLS tells the other end about it still leaves.
                await transport.Output.CompleteAsync();
                if (!end.Accepts)
                    throw new ConnectionAbortedException($"No TLS with {remote}: {why.Text}");
                return;
            }

            context.Transport = new TlsPipe(tls, transport);
            try
            {
                await next(context);
            }
            finally
            {
                context.Transport = transport;
            }
        }
    }

    private async Task<Refusal?> RefusalAsync(SslStream tls, End end)
    {
        using var deadline = new CancellationTokenSource(HandshakeTimeout, _clock);
        try
        {
            await end.ShakeHandsAsync(tls, deadline.Token);
            return null;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return new Refusal($"it did not speak TLS within {HandshakeTimeout.TotalSeconds:0} s", IsTimeout: true);
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException or InvalidOperationException or CryptographicException or OperationCanceledException)
        {
            return new Refusal((end.Why ?? failure.Message).ReplaceLineEndings(" "), IsTimeout: false);
        }
    }

    private void Say(string remote, string why, bool accepts)
    {
        // Each attempt has a port of its own.
        if (!_said.MayAgain($"{(accepts ? remote[..Math.Max(remote.LastIndexOf(':'), 0)] : remote)} {why}"))
            return;
        if (accepts)
            LogRefused(_logger, remote, why);
        else
            LogNotConnected(_logger, remote, why);
    }

    [LoggerMessage(EventId = 4103, Level = LogLevel.Warning, Message = "A connection from {Remote} was refused: {Why}. All silos and their clients need TLS of the same authority (" + TlsOptions.Section + ")")]
    private static partial void LogRefused(ILogger logger, string remote, string why);

    [LoggerMessage(EventId = 4104, Level = LogLevel.Warning, Message = "The connection to {Remote} has failed: {Why}. All silos and their clients need TLS of the same authority (" + TlsOptions.Section + ")")]
    private static partial void LogNotConnected(ILogger logger, string remote, string why);

    /// <param name="Text">What the other end did, as the end of a sentence about it.</param>
    /// <param name="IsTimeout">It did nothing.</param>
    private sealed record Refusal(string Text, bool IsTimeout);

    /// <summary>One end of one connection.</summary>
    private abstract class End(TlsConnections owner, Oid purpose)
    {
        /// <summary>Why the other end's certificate was not accepted.</summary>
        public string? Why { get; private set; }

        public abstract bool Accepts { get; }

        protected TlsConnections Owner => owner;

        protected TlsMaterial Material { get; } = owner._files.Current();

        public abstract Task ShakeHandsAsync(SslStream tls, CancellationToken cancellationToken);

        public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            if (certificate is null && Accepts && !owner._options.IsMutual)
                return true;
            Why = owner._peers.Refuse(certificate as X509Certificate2, chain?.ChainPolicy.ExtraStore ?? [], Material, purpose);
            return Why is null;
        }
    }

    private sealed class AcceptedEnd(TlsConnections owner) : End(owner, ClientPurpose)
    {
        public override bool Accepts => true;

        public override Task ShakeHandsAsync(SslStream tls, CancellationToken cancellationToken) => tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = Material.Own,
                ClientCertificateRequired = Owner._options.IsMutual,
                // A session that is taken up again shows no certificate, so what was replaced would go on.
                AllowTlsResume = false,
            },
            cancellationToken);
    }

    private sealed class OpenedEnd(TlsConnections owner) : End(owner, ServerPurpose)
    {
        public override bool Accepts => false;

        public override Task ShakeHandsAsync(SslStream tls, CancellationToken cancellationToken) => tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = AnyName, ClientCertificateContext = Material.Own, AllowTlsResume = false }, cancellationToken);
    }
}
