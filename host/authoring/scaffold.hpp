// `slipway new`: a model's project from a template.
//
// A template is a folder of files. Its `.template` has one line that says what it is for, and one with the
// folders beside it whose files it takes over, those of its own name excepted. In the files, @name@ stands
// for the model's name and @plugin@ for the C++ namespace that it becomes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace slipway::authoring {

struct Template {
  std::string name;
  std::string purpose;
};

// Those in `folder`, by name.
Result<std::vector<Template>> list_templates(const std::filesystem::path& folder);

// A name that a manifest takes; the error says what one looks like.
Status check_model_name(std::string_view name);

// Writes the project of `model` to `target`, which must be empty or not be there, and returns its files'
// paths below it, sorted. Where something fails, what was written stays.
Result<std::vector<std::string>> scaffold(const std::filesystem::path& templates,
                                          const std::string& template_name, const std::string& model,
                                          const std::filesystem::path& target);

// What a file of a project is for, by its path; empty for one that needs no words.
std::string_view purpose_of(std::string_view file);

}  // namespace slipway::authoring
