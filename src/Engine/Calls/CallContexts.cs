using System.Reflection;
using MetaGrains.Engine.Runtime;

namespace MetaGrains.Engine.Calls;

/// <summary>A chain of filters with the call at its end.</summary>
internal abstract class CallContext(MethodModel method, Func<Task<object?>> last)
{
    private int _next;

    public MethodInfo InterfaceMethod => method.Method;

    public string InterfaceName => method.Contract.Interface.FullName!;

    public GrainInterfaceType InterfaceType => GrainInterfaceType.Create(method.Contract.WireName);

    public string MethodName => method.Method.Name;

    public object? Result { get; set; }

    public async Task Invoke()
    {
        if (!await FilterAsync(_next++))
            Result = await last();
    }

    /// <summary>Runs the filter of that number; false: there is none.</summary>
    protected abstract ValueTask<bool> FilterAsync(int number);
}

internal sealed class IncomingCallContext(Call call, Activation activation, IIncomingGrainCallFilter[] filters, Func<Task<object?>> last)
    : CallContext(call.Method, last), IIncomingGrainCallContext
{
    public object Grain => activation.GrainInstance!;

    public GrainId? SourceId => call.Source;

    public GrainId TargetId => call.Target;

    public IGrainContext TargetContext => activation;

    public MethodInfo ImplementationMethod => activation.Class.Implementation(InterfaceMethod);

    protected override async ValueTask<bool> FilterAsync(int number)
    {
        // The grain's own filter is the last.
        var filter = number < filters.Length ? filters[number] : number == filters.Length ? Grain as IIncomingGrainCallFilter : null;
        if (filter is null)
            return false;
        await filter.Invoke(this);
        return true;
    }
}

internal sealed class OutgoingCallContext(MethodModel method, GrainReference target, Activation? source, IOutgoingGrainCallFilter[] filters, Func<Task<object?>> last)
    : CallContext(method, last), IOutgoingGrainCallContext
{
    public object Grain => target;

    public GrainId? SourceId => source?.GrainId;

    public GrainId TargetId => target.GrainId;

    public IGrainContext? SourceContext => source;

    protected override async ValueTask<bool> FilterAsync(int number)
    {
        if (number >= filters.Length)
            return false;
        await filters[number].Invoke(this);
        return true;
    }
}

/// <summary>A filter that is a delegate.</summary>
internal sealed class IncomingFilter(IncomingGrainCallFilterDelegate filter) : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context) => filter(context);
}

/// <inheritdoc cref="IncomingFilter"/>
internal sealed class OutgoingFilter(OutgoingGrainCallFilterDelegate filter) : IOutgoingGrainCallFilter
{
    public Task Invoke(IOutgoingGrainCallContext context) => filter(context);
}
