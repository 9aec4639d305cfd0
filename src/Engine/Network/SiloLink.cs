using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Serialization;
using Microsoft.AspNetCore.Connections;
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
    private readonly Action<Call, Route?> _turnedAway;
    private readonly TimeProvider _time;
    private volatile bool _closed;

    private SiloLink(FrameConnection frames, TimeProvider time, Action<Call, Route?> turnedAway) => (_frames, _time, _turnedAway) = (frames, time, turnedAway);

    public string Silo { get; private set; } = "";

    /// <summary>Called when the silo asks for no more calls, and at the end.</summary>
    public Action Closing { get; set; } = () => { };

    /// <summary>The grain type behind each interface, by its name on the wire.</summary>
    public Dictionary<string, GrainType> Manifest { get; } = new(StringComparer.Ordinal);

    /// <summary>Connects, and both ends prove that they know the secret.</summary>
    /// <param name="turnedAway">Gets calls that a silo has not run, with the owner if it named one.</param>
    public static async Task<SiloLink> OpenAsync(
        IPEndPoint endpoint, LinkOptions options, GrainCaller caller, Action<Call, Route?> turnedAway, CancellationToken cancellationToken)
    {
        var time = caller.Time;
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

        var connection = await SteppedConnection.PassAsync(Factory.Create(socket), options.Steps, caller.ServiceProvider, either.Token)
            ?? throw new ConnectionAbortedException($"The connection to {endpoint} was refused before it began.");
        var link = new SiloLink(new FrameConnection(connection, options.MaxLength), time, turnedAway);
        try
        {
            link._frames.StartWriting();
            await link.ShakeHandsAsync(options, either.Token);
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
            (pending.Link, pending.RequestId) = (this, id);
            _calls[id] = pending;
        }

        if (_closed)
            frame.Dispose();
        else if (_frames.Send(frame))
            return true;
        // If the reading side took the call out it has told the caller already.
        if (pending is null || !_calls.TryRemove(id, out _))
            return pending is not null;
        (pending.Link, pending.RequestId) = (null, 0);
        FinishIfDone();
        return false;
    }

    public void Cancel(long requestId)
    {
        if (!_calls.TryRemove(requestId, out _))
            return;
        var frame = FrameConnection.Start(FrameKind.Cancel);
        frame.Int64(requestId);
        _frames.Send(frame);
        FinishIfDone();
    }

    public void Forget(long requestId)
    {
        if (_calls.TryRemove(requestId, out _))
            FinishIfDone();
    }

    public void Abort(string reason) => _frames.Abort(reason);

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

    private async Task ShakeHandsAsync(LinkOptions options, CancellationToken cancellationToken)
    {
        var challenge = await _frames.ReadOneAsync(FrameKind.Challenge, Frame.MaxHandshakeLength, cancellationToken);
        var nonce = ClusterSecret.NewNonce();
        var hello = FrameConnection.Start(FrameKind.Hello);
        options.Secret.Prove("client", challenge, nonce).CopyTo(hello.Take(ClusterSecret.ProofLength));
        nonce.CopyTo(hello.Take(nonce.Length));
        hello.Text(options.Cluster);
        _frames.Send(hello);
        ReadWelcome(await _frames.ReadOneAsync(FrameKind.Welcome, options.MaxLength, cancellationToken), challenge, nonce, options.Secret);
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

    // A silo that leaves waits until those who asked it have their answers and hang up.
    private void FinishIfDone()
    {
        if (_closed && _calls.IsEmpty)
            _frames.FinishWriting();
    }

    private void Handle(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        if (kind == FrameKind.Leaving)
        {
            _closed = true;
            Closing();
        }
        else if (kind == FrameKind.Response && _calls.TryRemove(reader.Int64(), out var call))
            Answer(call, ref reader);
        FinishIfDone();
    }

    private void Answer(IPendingCall call, ref WireReader reader)
    {
        try
        {
            switch ((Outcome)reader.Byte())
            {
                case Outcome.Result:
                    call.Complete(ref reader);
                    break;
                case Outcome.NotRun:
                    TurnAway(call, null);
                    break;
                case Outcome.NotOwner:
                    var epoch = reader.Int64();
                    TurnAway(call, IPEndPoint.TryParse(reader.Text() ?? "", out var owner) ? new Route(owner, epoch) : null);
                    break;
                default:
                    call.Call.Reject(ExceptionCodec.Read(ref reader));
                    break;
            }
        }
        catch (SerializerException exception)
        {
            call.Call.Reject(exception);
        }
    }

    private void TurnAway(IPendingCall call, Route? owner)
    {
        (call.Link, call.RequestId) = (null, 0);
        if (!call.IsOver)
            _turnedAway(call.Call, owner);
    }
}
