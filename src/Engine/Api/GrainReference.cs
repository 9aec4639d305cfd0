using System.Reflection;
using MetaGrains.Engine.Calls;

namespace Orleans.Runtime;

/// <summary>A reference to a grain: id and interface. Two are equal when the grain is the same.</summary>
public class GrainReference : DispatchProxy, IAddressable, IEquatable<GrainReference>
{
    private GrainCaller? _caller;
    private ContractModel? _contract;

    public GrainId GrainId { get; private set; }

    public GrainInterfaceType InterfaceType => GrainInterfaceType.Create(Contract.WireName);

    public string InterfaceName => Contract.Interface.FullName!;

    internal GrainCaller Caller => _caller!;

    internal ContractModel Contract => _contract!;

    public TGrainInterface Cast<TGrainInterface>() where TGrainInterface : IAddressable => this.AsReference<TGrainInterface>();

    /// <summary>Makes a reference from this unbound one, which is the prototype of its interface.</summary>
    internal GrainReference Bind(GrainCaller caller, ContractModel contract, GrainId id)
    {
        var bound = (GrainReference)MemberwiseClone();
        (bound._caller, bound._contract, bound.GrainId) = (caller, contract, id);
        return bound;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Caller.Call(this, Contract.Method(targetMethod!), args ?? []);

    public bool Equals(GrainReference? other) => other is not null && GrainId.Equals(other.GrainId);

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => $"GrainReference:{GrainId}:{_contract?.WireName}";

    public static bool operator ==(GrainReference? reference1, GrainReference? reference2) => Equals(reference1, reference2);

    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !Equals(reference1, reference2);
}
