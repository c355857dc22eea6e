namespace UwsgiIt.Router.Edge;

/// <summary>What holds for the requests of a name, with every default filled in.</summary>
internal sealed class NamePolicy
{
    public NamePolicy(string name, NamePolicyOptions own, NamePolicyOptions common)
    {
        Name = name;
        Underscores = own.Underscores ?? common.Underscores ?? UnderscorePolicy.Drop;
        EncodedSlashes = own.EncodedSlashes ?? common.EncodedSlashes ?? true;
        EncodedBackslashes = own.EncodedBackslashes ?? common.EncodedBackslashes ?? false;
    }

    /// <summary>The name as configured; empty for the default.</summary>
    public string Name { get; }

    public UnderscorePolicy Underscores { get; }

    public bool EncodedSlashes { get; }

    public bool EncodedBackslashes { get; }
}
