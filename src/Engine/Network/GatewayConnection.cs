using System.Collections.Concurrent;
using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Runtime;
using MetaGrains.Engine.Serialization;
using Orleans.Serialization;

namespace MetaGrains.Engine.Network;

/// <summary>One client at the gateway.</summary>
/// <param name="open">Leads the connection through what stands before the frames; null: it was refused there.</param>
internal sealed class GatewayConnection(Func<CancellationToken, Task<SteppedConnection?>> open, SiloDetails silo, LinkOptions options, Catalog catalog, GrainClasses classes, Func<GrainId, Route> ownerOf) : IReplyTo
{
    // A client with more calls than this under way is told to wait.
    private const int MaxCalls = 10_000;

    private readonly ConcurrentDictionary<long, Call> _calls = new();
    private readonly CancellationTokenSource _closed = new();
    private volatile FrameConnection? _opened;
    private volatile bool _leaving;

    private FrameConnection Frames => _opened ?? throw new InvalidOperationException("Nothing is sent before the connection is open.");

    public void Close() => _closed.Cancel();

    /// <summary>Asks the other end to hang up when it has its answers.</summary>
    public void SayLeaving()
    {
        _leaving = true;
        _opened?.Send(FrameConnection.Start(FrameKind.Leaving));
    }

    public async Task RunAsync()
    {
        try
        {
            if (await open(_closed.Token) is not { } connection)
                return;
            _opened = new FrameConnection(connection, options.MaxLength);
            Frames.StartWriting();
            await ShakeHandsAsync();
            if (_leaving)
                SayLeaving();
            await Frames.ReadAsync(Handle, _closed.Token);
        }
        catch (Exception exception)
        {
            if (!_closed.IsCancellationRequested)
                catalog.Log.ConnectionBroken(_opened?.Remote ?? "somebody", exception.Message);
        }
        finally
        {
            if (_opened is { } opened)
                await opened.DisposeAsync();
        }
    }

    public void Succeed<T>(long requestId, MethodModel<T> method, T result)
    {
        if (!_calls.TryRemove(requestId, out _))
            return;
        var frame = Answer(requestId, Outcome.Result);
        try
        {
            method.Result?.Write(frame, result);
            Frames.Send(frame);
        }
        catch (SerializerException exception)
        {
            SendFailure(requestId, exception, Outcome.Exception);
        }
    }

    public void Fail(long requestId, Exception reason, Outcome outcome)
    {
        // Of what has not run, only that is worth another try which another moment or silo would take.
        if (_calls.TryRemove(requestId, out _))
            SendFailure(requestId, reason, reason is SiloUnavailableException ? outcome : Outcome.Exception);
    }

    public void SendElsewhere(long requestId, GrainId target)
    {
        if (!_calls.TryRemove(requestId, out _))
            return;
        var owner = ownerOf(target);
        var frame = Answer(requestId, Outcome.NotOwner);
        frame.Int64(owner.Epoch);
        frame.Text(owner.Endpoint?.ToString());
        Frames.Send(frame);
    }

    private void SendFailure(long requestId, Exception reason, Outcome outcome)
    {
        var frame = Answer(requestId, outcome);
        ExceptionCodec.Write(frame, reason);
        Frames.Send(frame);
    }

    private static WireWriter Answer(long requestId, Outcome outcome)
    {
        var frame = FrameConnection.Start(FrameKind.Response);
        frame.Int64(requestId);
        frame.Byte((byte)outcome);
        return frame;
    }

    private async Task ShakeHandsAsync()
    {
        using var deadline = new CancellationTokenSource(Frame.HandshakeTimeout, catalog.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _closed.Token);
        var nonce = ClusterSecret.NewNonce();
        var challenge = FrameConnection.Start(FrameKind.Challenge);
        nonce.CopyTo(challenge.Take(nonce.Length));
        Frames.Send(challenge);
        Welcome(await Frames.ReadOneAsync(FrameKind.Hello, Frame.MaxHandshakeLength, either.Token), nonce);
    }

    private void Welcome(byte[] hello, byte[] nonce)
    {
        var reader = new WireReader(hello);
        var proof = reader.Take(ClusterSecret.ProofLength);
        var theirs = reader.Take(ClusterSecret.NonceLength);
        if (!options.Secret.Verify("client", nonce, theirs, proof))
            throw new SerializerException($"It does not know the cluster's secret; both ends need the same {ClusterSecret.Setting}.");
        if (reader.RequiredText() is var cluster && cluster != options.Cluster)
            throw new SerializerException($"It wants cluster '{cluster}'; this is '{options.Cluster}'.");
        var welcome = FrameConnection.Start(FrameKind.Welcome);
        options.Secret.Prove("silo", theirs, nonce).CopyTo(welcome.Take(ClusterSecret.ProofLength));
        welcome.Text(silo.SiloAddress.ToParsableString());
        var manifest = classes.Manifest().ToArray();
        welcome.Int32(manifest.Length);
        foreach (var (contract, type) in manifest)
        {
            welcome.Text(contract);
            welcome.Text(type.ToString());
        }

        Frames.Send(welcome);
    }

    private void Handle(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        var requestId = reader.Int64();
        if (kind == FrameKind.Cancel)
        {
            if (_calls.TryGetValue(requestId, out var call))
                call.Cancel();
            return;
        }

        if (kind != FrameKind.Request)
            throw new SerializerException($"A client sends requests and cancellations, and no {kind}.");
        try
        {
            Request(requestId, ref reader);
        }
        catch (Exception exception)
        {
            _calls.TryRemove(requestId, out _);
            if (requestId != 0)
                SendFailure(requestId, exception, Outcome.Exception);
        }
    }

    // Request id 0 is a one-way call: nothing is noted, so nothing is answered.
    private void Request(long requestId, ref WireReader reader)
    {
        var (header, contract, method) = CallHeader.Read(ref reader, requestId, catalog.Time);
        if (!catalog.Caller.Parts.Interfaces.TryGetValue(contract, out var type))
            throw new SerializerException($"This silo has no grain interface '{contract}'.");
        var call = catalog.Caller.Contract(type).Method(method).Receive(this, ref reader, header);
        if (_calls.Count >= MaxCalls)
            throw new GatewayTooBusyException($"This client has {MaxCalls} calls under way; the call was not run.");
        if (requestId != 0 && !_calls.TryAdd(requestId, call))
            throw new SerializerException($"Request {requestId} is under way already.");
        catalog.Dispatch(header.Target, call);
    }
}
