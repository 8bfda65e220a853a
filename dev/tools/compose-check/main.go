// Command compose-check says whether a compose file is sound, as far as that can be seen without starting anything: it fits the
// schema, every variable it wants is in the example environment, and what services depend on and mount is declared.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: compose-check COMPOSE-FILE EXAMPLE-ENVIRONMENT")
		os.Exit(2)
	}
	summary, err := check(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %s\n", os.Args[1], strings.ReplaceAll(err.Error(), "\n", " "))
		os.Exit(1)
	}
	fmt.Println(summary)
}

func check(file, example string) (string, error) {
	names, err := variables(example)
	if err != nil {
		return "", err
	}
	environment := make([]string, 0, len(names))
	for _, name := range names {
		environment = append(environment, name+"=example")
	}
	// Only the example's variables are known here, not those of the caller: a variable that it forgets is an error.
	options, err := cli.NewProjectOptions([]string{file}, cli.WithName("check"), cli.WithEnv(environment))
	if err != nil {
		return "", err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return "", err
	}
	for _, service := range project.Services {
		if service.Image == "" && service.Build == nil {
			return "", fmt.Errorf("service %q has neither image nor build", service.Name)
		}
		if service.Image != "" && !pinned(service.Image) {
			return "", fmt.Errorf("service %q uses %q, which is no fixed version", service.Name, service.Image)
		}
		for dependency, how := range service.DependsOn {
			other, err := project.GetService(dependency)
			if err != nil {
				return "", fmt.Errorf("service %q depends on %q, which is not declared", service.Name, dependency)
			}
			if how.Condition == "service_healthy" && !tellsHealth(other.HealthCheck) {
				return "", fmt.Errorf("service %q waits for %q to be healthy, which has no health check", service.Name, dependency)
			}
		}
		for _, mount := range service.Volumes {
			if mount.Type != "volume" || mount.Source == "" {
				continue
			}
			if _, declared := project.Volumes[mount.Source]; !declared {
				return "", fmt.Errorf("service %q mounts the volume %q, which is not declared", service.Name, mount.Source)
			}
		}
	}
	services := project.ServiceNames()
	sort.Strings(services)
	return fmt.Sprintf("%s: %d services (%s), %d volumes", file, len(services), strings.Join(services, ", "), len(project.Volumes)), nil
}

func tellsHealth(check *types.HealthCheckConfig) bool {
	return check != nil && !check.Disable && len(check.Test) > 0 && check.Test[0] != "NONE"
}

func pinned(image string) bool {
	slash := strings.LastIndex(image, "/")
	_, tag, found := strings.Cut(image[slash+1:], ":")
	return found && tag != "latest" || strings.Contains(image, "@sha256:")
}

// variables gives the names that an environment file sets, whatever their values.
func variables(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var names []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		name, _, found := strings.Cut(strings.TrimSpace(lines.Text()), "=")
		if found && !strings.HasPrefix(name, "#") {
			names = append(names, name)
		}
	}
	return names, nil
}
