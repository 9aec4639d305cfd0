using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Serialization;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Serialization;

namespace MetaGrains.Engine.Network;

/// <summary>A client's open connection to a silo, and the calls that wait for an answer on it.</summary>
internal sealed class SiloLink : IAsyncDisposable
{
    // Numbers are unique in the process, so that the end of an old connection never meets a call on a new one.
    private static long _lastId;

    private static readonly SocketConnectionContextFactory Factory = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);

    private readonly ConcurrentDictionary<long, IPendingCall> _calls = new();
    private readonly FrameConnection _frames;
    private readonly Action<IPendingCall, Exception> _notRun;
    private readonly TimeProvider _time;
    private volatile bool _closed;

    private SiloLink(FrameConnection frames, TimeProvider time, Action<IPendingCall, Exception> notRun) => (_frames, _time, _notRun) = (frames, time, notRun);

    public string Silo { get; private set; } = "";

    /// <summary>The grain type behind each interface, by its name on the wire.</summary>
    public Dictionary<string, GrainType> Manifest { get; } = new(StringComparer.Ordinal);

    /// <summary>Connects, and both ends prove that they know the secret.</summary>
    public static async Task<SiloLink> OpenAsync(
        IPEndPoint endpoint, string cluster, ClusterSecret secret, int maxLength, TimeProvider time, Action<IPendingCall, Exception> notRun, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Frame.HandshakeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, either.Token);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var link = new SiloLink(new FrameConnection(Factory.Create(socket), maxLength), time, notRun);
        try
        {
            link._frames.StartWriting();
            await link.ShakeHandsAsync(cluster, secret, maxLength, either.Token);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a call. False: the link is closed and the call did not leave.</summary>
    public bool Send(Call call)
    {
        var pending = call.Method.IsOneWay ? null : (IPendingCall)call;
        var id = pending is null ? 0 : Interlocked.Increment(ref _lastId);
        var left = call.Deadline == long.MaxValue ? TimeSpan.MaxValue : _time.GetElapsedTime(_time.GetTimestamp(), call.Deadline);
        var frame = FrameConnection.Start(FrameKind.Request);
        CallHeader.Write(frame, call, id, left);
        call.Method.WriteArguments(frame, call.Arguments);
        if (pending is not null)
        {
            pending.RequestId = id;
            _calls[id] = pending;
        }

        if (!_closed && _frames.Send(frame))
            return true;
        // If the reading side took the call out it has told the caller already.
        if (pending is null || !_calls.TryRemove(id, out _))
            return pending is not null;
        pending.RequestId = 0;
        return false;
    }

    public void Cancel(long requestId)
    {
        if (!_calls.TryRemove(requestId, out _))
            return;
        var frame = FrameConnection.Start(FrameKind.Cancel);
        frame.Int64(requestId);
        _frames.Send(frame);
    }

    public void Forget(long requestId) => _calls.TryRemove(requestId, out _);

    /// <summary>Reads answers until the connection ends; then calls without answer learn that they may have run.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Exception? cause = null;
        try
        {
            await _frames.ReadAsync(Handle, cancellationToken);
        }
        catch (Exception exception)
        {
            cause = exception;
        }

        _closed = true;
        foreach (var id in _calls.Keys)
        {
            if (_calls.TryRemove(id, out var call))
                call.Call.Reject(new SiloUnavailableException($"The connection to silo {Silo} was lost; the call may have run.", cause));
        }
    }

    public ValueTask DisposeAsync()
    {
        _closed = true;
        return _frames.DisposeAsync();
    }

    private async Task ShakeHandsAsync(string cluster, ClusterSecret secret, int maxLength, CancellationToken cancellationToken)
    {
        var challenge = await _frames.ReadOneAsync(FrameKind.Challenge, Frame.MaxHandshakeLength, cancellationToken);
        var nonce = ClusterSecret.NewNonce();
        var hello = FrameConnection.Start(FrameKind.Hello);
        secret.Prove("client", challenge, nonce).CopyTo(hello.Take(ClusterSecret.ProofLength));
        nonce.CopyTo(hello.Take(nonce.Length));
        hello.Text(cluster);
        _frames.Send(hello);
        ReadWelcome(await _frames.ReadOneAsync(FrameKind.Welcome, maxLength, cancellationToken), challenge, nonce, secret);
    }

    private void ReadWelcome(byte[] welcome, byte[] challenge, byte[] nonce, ClusterSecret secret)
    {
        var reader = new WireReader(welcome);
        if (!secret.Verify("silo", nonce, challenge, reader.Take(ClusterSecret.ProofLength)))
            throw new SerializerException($"The silo does not know the cluster's secret; both ends need the same {ClusterSecret.Setting}.");
        Silo = reader.RequiredText();
        for (var count = reader.Count(); count > 0; count--)
            Manifest[reader.RequiredText()] = GrainType.Create(reader.RequiredText());
    }

    private void Handle(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        var id = reader.Int64();
        var outcome = (Outcome)reader.Byte();
        if (kind != FrameKind.Response || !_calls.TryRemove(id, out var call))
            return;
        try
        {
            if (outcome == Outcome.Result)
                call.Complete(ref reader);
            else if (outcome == Outcome.NotRun)
                _notRun(call, ExceptionCodec.Read(ref reader));
            else
                call.Call.Reject(ExceptionCodec.Read(ref reader));
        }
        catch (SerializerException exception)
        {
            call.Call.Reject(exception);
        }
    }
}
