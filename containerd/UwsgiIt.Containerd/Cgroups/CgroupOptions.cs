using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Cgroups;

/// <summary>Where the containers' cgroups are.</summary>
internal sealed class CgroupOptions : IValidatedOptions
{
    public static string SectionName => "Cgroup";

    /// <summary>Path of their parent below each hierarchy's mount. Default "uwsgiit".</summary>
    public string Parent { get; set; } = "uwsgiit";

    public IEnumerable<OptionFault> Validate()
    {
        if (Parent.Length is 0 or > 128 || Parent.Split('/').Any(static part => part is "" or "." or ".."))
        {
            yield return new OptionFault("Cgroup:Parent", Parent, "is not a relative path of plain names", "Write for example uwsgiit");
        }
    }
}
