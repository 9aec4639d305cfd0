namespace MetaGrains.Engine.Network;

/// <summary>What both ends of a connection must agree about.</summary>
/// <param name="Steps">What connections pass that this process opens.</param>
internal sealed record LinkOptions(string Cluster, ClusterSecret Secret, int MaxLength, ConnectionSteps Steps);
