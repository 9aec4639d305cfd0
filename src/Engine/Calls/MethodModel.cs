using System.Linq.Expressions;
using System.Reflection;
using MetaGrains.Engine.Runtime;
using MetaGrains.Engine.Serialization;
using Orleans.Concurrency;
using Orleans.Serialization;

namespace MetaGrains.Engine.Calls;

/// <summary>How a method returns.</summary>
internal enum Shape : byte
{
    Void,
    Task,
    TaskOf,
    ValueTask,
    ValueTaskOf,
}

/// <summary>Stands for the result of methods that have none.</summary>
internal readonly struct Nothing;

/// <summary>One method of a grain interface: its name on the wire, its attributes, and how its values are copied.</summary>
internal abstract class MethodModel
{
    private readonly Codec?[] _codecs;
    private readonly bool[] _shared;

    protected MethodModel(MethodInfo method, ContractModel contract, Codecs codecs, Shape shape)
    {
        (Method, Contract, Shape) = (method, contract, shape);
        var parameters = method.GetParameters();
        Name = NameOf(method);
        TokenIndex = Array.FindLastIndex(parameters, parameter => parameter.ParameterType == typeof(CancellationToken));
        Admission = method.IsDefined(typeof(AlwaysInterleaveAttribute)) ? Admission.Interleaved
            : method.IsDefined(typeof(ReadOnlyAttribute)) ? Admission.ReadOnly
            : Admission.Exclusive;
        IsOneWay = shape == Shape.Void || method.IsDefined(typeof(OneWayAttribute));
        Timeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        _codecs = [.. parameters.Select(parameter => parameter.ParameterType == typeof(CancellationToken) ? null : CodecOf(codecs, parameter.ParameterType, parameter.Name!))];
        _shared = [.. parameters.Select(parameter => parameter.IsDefined(typeof(ImmutableAttribute)))];
    }

    public MethodInfo Method { get; }

    public ContractModel Contract { get; }

    /// <summary>Its <c>[Alias]</c>, else name and parameter types.</summary>
    public string Name { get; }

    public Shape Shape { get; }

    public Admission Admission { get; }

    public bool IsOneWay { get; }

    public TimeSpan? Timeout { get; }

    /// <summary>Which argument is the cancellation token; −1: none.</summary>
    public int TokenIndex { get; }

    public int Arguments => _codecs.Length;

    public abstract object? Call(GrainCaller caller, GrainReference target, object?[] arguments);

    /// <summary>Makes the call that a connection asks for.</summary>
    public abstract Call Receive(IReplyTo reply, ref WireReader reader, IncomingHeader header);

    public static string NameOf(MethodInfo method) => method.GetCustomAttribute<AliasAttribute>()?.Alias
        ?? $"{method.Name}({string.Join(",", method.GetParameters().Select(parameter => parameter.ParameterType.ToString()))})";

    public void WriteArguments(WireWriter writer, object?[] arguments)
    {
        for (var i = 0; i < _codecs.Length; i++)
            _codecs[i]?.WriteObject(writer, arguments[i]);
    }

    public override string ToString() => $"{Contract.Interface.Name}.{Method.Name}";

    protected object?[] ReadArguments(ref WireReader reader)
    {
        var arguments = new object?[_codecs.Length];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = _codecs[i]?.ReadObject(ref reader);
        return arguments;
    }

    /// <summary>Copies arguments and takes the token out of them.</summary>
    protected object?[] CopyArguments(object?[] arguments, out CancellationToken token)
    {
        token = default;
        if (arguments.Length == 0)
            return arguments;
        var copies = new object?[arguments.Length];
        for (var i = 0; i < copies.Length; i++)
        {
            if (_codecs[i] is { } codec)
                copies[i] = _shared[i] ? arguments[i] : codec.CopyObject(arguments[i], 0);
            else if (i == TokenIndex)
                token = (CancellationToken)arguments[i]!;
        }

        return copies;
    }

    protected Codec CodecOf(Codecs codecs, Type type, string name)
    {
        try
        {
            return codecs.Root(type);
        }
        catch (CodecNotFoundException exception)
        {
            throw new CodecNotFoundException($"{Method.DeclaringType}.{Method.Name}, {name}: {exception.Message}");
        }
    }
}

/// <inheritdoc cref="MethodModel"/>
internal sealed class MethodModel<T> : MethodModel
{
    private readonly Func<object, object?[], Task> _invoke;
    private readonly bool _shared;

    public MethodModel(MethodInfo method, ContractModel contract, Codecs codecs, Shape shape)
        : base(method, contract, codecs, shape)
    {
        Result = typeof(T) == typeof(Nothing) ? null : (Codec<T>)CodecOf(codecs, typeof(T), "result");
        _shared = Result is null || Result.IsImmutable || method.ReturnParameter.IsDefined(typeof(ImmutableAttribute));
        _invoke = Invoker(method, shape);
    }

    public Codec<T>? Result { get; }

    public T CopyResult(T result) => _shared ? result : Result!.Copy(result, 0);

    public async ValueTask<T> InvokeAsync(object grain, object?[] arguments)
    {
        var task = _invoke(grain, arguments) ?? throw new InvalidOperationException($"{this} returned null instead of a task.");
        if (task is Task<T> typed)
            return await typed;
        await task;
        return default!;
    }

    public override object? Call(GrainCaller caller, GrainReference target, object?[] arguments)
    {
        Task<T> answer;
        try
        {
            answer = caller.OutgoingFilters.Length == 0
                ? Send(caller, target.GrainId, arguments)
                : FilterAsync(caller, target, arguments);
        }
        catch (Exception exception)
        {
            answer = Task.FromException<T>(exception);
        }

        return Shape switch
        {
            Shape.Void => null,
            Shape.Task or Shape.TaskOf => answer,
            Shape.ValueTask => new ValueTask(answer),
            _ => new ValueTask<T>(answer),
        };
    }

    public override Call Receive(IReplyTo reply, ref WireReader reader, IncomingHeader header) =>
        new IncomingCall<T>(this, header.Target, ReadArguments(ref reader), reply, header.RequestId)
        {
            Source = header.Source,
            Context = header.Context,
            Trace = header.Trace,
            Deadline = header.Deadline,
        };

    private Task<T> Send(GrainCaller caller, GrainId target, object?[] arguments)
    {
        var copies = CopyArguments(arguments, out var token);
        if (token.IsCancellationRequested)
            return Task.FromCanceled<T>(token);
        var call = new OutgoingCall<T>(this, target, copies, caller)
        {
            Source = Activation.Current?.GrainId,
            Context = RequestContext.Current,
            Trace = System.Diagnostics.Activity.Current?.Context ?? default,
            Deadline = caller.DeadlineOf(this),
        };
        call.Start(token);
        return call.Answer;
    }

    private async Task<T> FilterAsync(GrainCaller caller, GrainReference target, object?[] arguments)
    {
        var context = new OutgoingCallContext(this, target, Activation.Current, caller.OutgoingFilters, async () => await Send(caller, target.GrainId, arguments));
        await context.Invoke();
        return context.Result is T result ? result : default!;
    }

    private static Func<object, object?[], Task> Invoker(MethodInfo method, Shape shape)
    {
        var grain = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object?[]));
        Expression call = Expression.Call(
            Expression.Convert(grain, method.DeclaringType!),
            method,
            method.GetParameters().Select((parameter, i) => Expression.Convert(Expression.ArrayIndex(arguments, Expression.Constant(i)), parameter.ParameterType)));
        if (shape is Shape.ValueTask or Shape.ValueTaskOf)
            call = Expression.Call(call, nameof(ValueTask.AsTask), null);
        if (shape == Shape.Void)
            call = Expression.Block(call, Expression.Constant(Task.CompletedTask));
        return Expression.Lambda<Func<object, object?[], Task>>(Expression.Convert(call, typeof(Task)), grain, arguments).Compile();
    }
}
